import type { components } from './openapi-types.ts';

/** The shapes of responses, generated from openapi.yaml. */
export type Schemas = components['schemas'];
