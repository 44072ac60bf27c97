import {
  Kafka,
  type KafkaConfig,
  logLevel,
  type OauthbearerProviderResponse,
  type SASLOptions,
} from 'kafkajs';
import { StreamUnavailable } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { registerCodecs } from './codecs.ts';
import { patchKafkajs } from './kafkajs-patches.ts';

export interface KafkaSettings {
  brokers: readonly string[];
  /** Over TLS: with the certificate authority and our certificate as PEM, or Node's defaults. */
  ssl: boolean | { ca?: string; cert?: string; key?: string };
  sasl: Login | TokenLogin | null;
  clientId: string;
}

/** User name and password. */
interface Login {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** A kafkajs client that reads every codec, logs to our log and gives up a request after 10 s. */
export function kafkaClient({ brokers, ssl, sasl, clientId }: KafkaSettings, log: Logger): Kafka {
  patchKafkajs();
  registerCodecs();
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ssl,
    ...(sasl && { sasl: saslOptions(sasl) }),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: 10_000,
    enforceRequestTimeout: true,
    // Below 3 s in all, jitter included: a service that shuts down waits for it. Callers retry.
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 4 },
    logLevel: logLevel.WARN,
    // kafkajs logs normal rebalances as errors; real failures are rejections and CRASH events.
    logCreator: () => (entry) =>
      log.debug({ kafkajs: entry.namespace, ...entry.log }, `kafkajs: ${entry.log.message}`),
  });
}

function saslOptions(sasl: Login | TokenLogin): NonNullable<KafkaConfig['sasl']> {
  return sasl.mechanism === 'oauthbearer' || sasl.mechanism === 'aws-msk-iam'
    ? { mechanism: 'oauthbearer', oauthBearerProvider: bearerTokens(sasl) }
    : (sasl as SASLOptions);
}

/** SASL OAUTHBEARER: by OAuth client credentials, or by the identity that AWS gives the process. */
export type TokenLogin =
  | {
      mechanism: 'oauthbearer';
      /** Client id and secret. */
      username: string;
      password: string;
      tokenUrl: string;
      scope?: string | undefined;
      extensions?: Record<string, string> | undefined;
    }
  | { mechanism: 'aws-msk-iam'; region: string };

interface Token extends OauthbearerProviderResponse {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const DEADLINE_MS = 10_000;
/** RFC 6749 only recommends `expires_in`. */
const USUAL_SECONDS = 300;

/** kafkajs renews a session ten seconds before its end; brokers refuse that twice a second. */
const LEAST_LEFT_MS = 30_000;

/** Returns the tokens for kafkajs: one serves all connections for most of its life. */
export function bearerTokens(login: TokenLogin): () => Promise<OauthbearerProviderResponse> {
  let current: Promise<Token> | null = null;
  let renewAt = 0;
  const renew = async (): Promise<Token> => {
    try {
      const token = await (login.mechanism === 'oauthbearer'
        ? fetchToken(login)
        : signToken(login));
      const life = token.expiresAt - Date.now();
      renewAt = token.expiresAt - Math.max(life / 5, LEAST_LEFT_MS);
      return token;
    } catch (err) {
      current = null;
      throw err;
    }
  };
  return () => {
    if (current && Date.now() < renewAt) return current;
    renewAt = Date.now() + DEADLINE_MS;
    current = renew();
    return current;
  };
}

/** OAuth 2.0 client credentials (RFC 6749, section 4.4). */
async function fetchToken({
  tokenUrl,
  username,
  password,
  scope,
  extensions,
}: Extract<TokenLogin, { mechanism: 'oauthbearer' }>): Promise<Token> {
  const { host } = new URL(tokenUrl);
  const what = 'the token endpoint (KAFKA_SASL_TOKEN_URL)';
  const basic = [username, password].map(encodeURIComponent).join(':');
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) });
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
    body,
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).catch((err: Error) => {
    const reason = (err.cause as { code?: string } | undefined)?.code ?? err.message;
    throw new StreamUnavailable(`token endpoint ${host}: ${reason}`, { cause: err, what });
  });
  const answer = (await response.json().catch(() => ({}))) as {
    access_token?: unknown;
    expires_in?: unknown;
    error?: unknown;
  };
  if (response.ok && typeof answer.access_token === 'string') {
    const seconds = Number(answer.expires_in) || USUAL_SECONDS;
    const value = answer.access_token;
    return { value, expiresAt: Date.now() + seconds * 1000, ...(extensions && { extensions }) };
  }
  const reason = `status ${response.status} ${answer.error ?? ''}`.trim();
  if (response.ok || response.status >= 500)
    throw new StreamUnavailable(`token endpoint ${host}: expected a token, got ${reason}`, {
      what,
    });
  throw new StreamUnavailable(`the token endpoint ${host} refuses us (${reason})`, {
    healthCode: 'stream_refused',
    fix:
      'check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD, KAFKA_SASL_SCOPE and ' +
      'KAFKA_SASL_TOKEN_URL',
  });
}

/** Not one of our dependencies: the signer brings 30 MB of the AWS SDK. */
async function signToken({ region }: { region: string }): Promise<Token> {
  const refuse = (detail: string, fix: string) => (cause: Error) => {
    throw new StreamUnavailable(detail, { cause, healthCode: 'stream_refused', fix });
  };
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js').catch(
    refuse(
      'aws-msk-iam needs a package that is not installed',
      'run npm install aws-msk-iam-sasl-signer-js@1.0.3',
    ),
  );
  const { token, expiryTime } = await generateAuthToken({ region }).catch(
    refuse(
      'AWS gives this process no credentials',
      'give it a role of AWS, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    ),
  );
  return { value: token, expiresAt: expiryTime };
}
