import { expect } from 'chai';
import { schemaLookup } from '../../../app/event-stream.ts';
import { readConfig } from '../../../platform/config.ts';
import { StreamUnavailable } from '../../../platform/errors.ts';
import { classify } from '../../../platform/faults.ts';
import { troubleOf } from '../../../platform/health.ts';

const lookUp = (environment: Record<string, string>) =>
  schemaLookup(readConfig(environment, '/no/such.env'))(7).catch((err: unknown) => err);

describe('an event with the schema id of a registry, without SCHEMA_REGISTRY_URL', () => {
  it('waits on Kafka, and says which setting is missing', async () => {
    const err = await lookUp({ KAFKA_BROKERS: 'kafka:9092' });
    expect(err).to.be.instanceOf(StreamUnavailable);
    expect(classify(err)).to.equal('outage');
    expect(troubleOf(err)).to.deep.equal({
      code: 'registry_not_set',
      trouble:
        'SCHEMA_REGISTRY_URL is not set, and an event has the schema id 7 of a registry: ' +
        'set it to the URL of that registry and restart',
    });
  });

  it('can never be read on the embedded stream', async () => {
    expect(await lookUp({})).to.equal(null);
  });
});
