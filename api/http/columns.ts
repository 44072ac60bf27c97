import type { Column } from '../../reports/report.ts';
import { type Contract, part, type Schema } from './contract.ts';

const KINDS: Readonly<Record<string, Column['kind']>> = {
  '#/components/schemas/Day': 'day',
  '#/components/schemas/Decimal': 'decimal',
  '#/components/schemas/Instant': 'instant',
};

/** The columns of a table of such items: the properties that the contract declares, in order. */
export function columnsOf({ document }: Contract, item: string): Column[] {
  const { properties = {} } = part(document, `#/components/schemas/${item}`) as Schema;
  return Object.entries(properties).map(([name, schema]) => ({ name, kind: kindOf(schema) }));
}

function kindOf({ $ref, type, anyOf }: Schema): Column['kind'] {
  if (anyOf?.[0]) return kindOf(anyOf[0]);
  if ($ref) return KINDS[$ref] ?? 'text';
  const types = [type].flat();
  if (types.includes('boolean')) return 'boolean';
  return types.includes('integer') ? 'integer' : 'text';
}
