// CommonJS and plain old syntax: it must still run, and speak, where nothing else of ours does.
const { readFileSync } = require('node:fs');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `fx-rates needs Node 20.19 or newer, and this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org\n',
  );
  process.exit(1);
}

// npm, yarn and pnpm run a script as `sh -c "node …"`. Some shells die of a signal without passing
// it on, and a killed package manager leaves its shell behind: the script would become an orphan.
// biome-ignore lint/style/noProcessEnv: package managers set it for their scripts alone
if (process.env['npm_lifecycle_event']) stopWithPackageManager();

function stopWithPackageManager() {
  const parents = scriptParents();
  const timer = setInterval(() => {
    const now = scriptParents();
    if (now.join() === parents.join()) return;
    clearInterval(timer);
    const shells = parents.slice(0, -1).filter((pid) => now.includes(pid));
    for (const pid of [...shells, process.pid]) process.kill(pid, 'SIGTERM');
  }, 500);
  timer.unref();
}

/** The pids above this process up to the package manager; without /proc (macOS) only the first. */
function scriptParents() {
  const pids = [process.ppid];
  try {
    for (let pid = process.ppid; isShellOrWatcher(pid); pids.push(pid))
      pid = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  } catch {
    // The pids read so far are enough to see that a parent is gone.
  }
  return pids;
}

function isShellOrWatcher(pid) {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return words[1] === '-c' || words.includes('--watch');
}
