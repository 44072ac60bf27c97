// Node 22.18 and later run TypeScript by themselves; a command starts in half the time.
if (!process.features.typescript) await import('tsx/esm');
