// Node 22.18 and later run TypeScript by themselves, in half the time that a loader takes.
if (!process.features.typescript) await import('tsx/esm');
