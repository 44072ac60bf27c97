// CommonJS and plain old syntax: it must still run, and speak, where nothing else of ours does.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `fx-rates needs Node 20.19 or newer, and this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org\n',
  );
  process.exit(1);
}
