// Lets `npx knex migrate:status` load knexfile.ts: knex itself registers no TypeScript loader.
import 'tsx';

const { default: settings } = await import('./knexfile.ts');
export default settings;
