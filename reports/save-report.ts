import { createWriteStream, type Stats } from 'node:fs';
import { chmod, chown, realpath, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidRequest } from '../platform/errors.ts';
import type { OnClose } from '../platform/lifecycle.ts';

/**
 * Writes to stdout, or to the file by way of one beside it: what is there stays until the new
 * report is whole. A device or a pipe is written directly. Throws `InvalidRequest` for a file that
 * cannot be written.
 */
export async function saveReport(
  output: Readable,
  file: string | undefined,
  { onClose }: { onClose: OnClose },
): Promise<void> {
  if (file === undefined)
    // `| head` closes the pipe early; that is not a failure.
    return pipeline(output, process.stdout, { end: false }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
      },
    );
  const target = await realpath(file).catch(() => file);
  const before = await stat(target).catch(() => null);
  const isReplaced = before?.isFile() ?? true;
  const written = isReplaced ? `${target}.${process.pid}.part` : target;
  if (isReplaced) onClose('unfinished report', () => rm(written, { force: true }));
  const flags = isReplaced ? 'wx' : 'w';
  try {
    await pipeline(output, createWriteStream(written, { flags, mode: before?.mode ?? 0o666 }));
    if (before && isReplaced) await keepAccess(written, before);
    if (isReplaced) await rename(written, target);
  } catch (cause) {
    const { syscall, code } = cause as NodeJS.ErrnoException;
    if (!syscall) throw cause;
    throw new InvalidRequest(`${file} cannot be written (${code})`, { cause });
  }
}

/** The new file gets the mode of the one that it replaces, and as root its owner too. */
async function keepAccess(file: string, { mode, uid, gid }: Stats): Promise<void> {
  if (process.getuid?.() === 0) await chown(file, uid, gid);
  await chmod(file, mode);
}
