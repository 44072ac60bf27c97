/** Plain scripts of packages, which the API serves under /dashboard/vendor. They define globals. */
declare module '*/vendor/decimal.min.js';
