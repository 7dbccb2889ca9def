import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readlink, realpath } from 'node:fs/promises';

/** A path that leads out of its volume, or cannot be made. */
export class SubPathError extends Error {
  override readonly name = 'SubPathError';
}

/** A handle that names a file and opens nothing of it: a FIFO does not block. Not in Node’s list of constants. */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** As the kernel has it. */
const MAX_LINKS = 40;

/** The file behind a handle, whatever names it has by now. */
export const pathOf = ({ fd }: FileHandle, pid: number | 'self' = 'self'): string => `/proc/${pid}/fd/${fd}`;

/**
 * The file at `path` inside of `root`, as a handle that only names it; the caller closes it. A directory is made of each
 * part that is not there yet where `create` says so.
 *
 * Anyone who can write to the volume can exchange a directory for a link at any moment, so no path is looked up twice,
 * and none as a whole: each part is opened in the directory that is open already, without following it, and a link is
 * read and walked by the same rules (upstream's `subpath_linux.go` asks for the same; openat2's RESOLVE_BENEATH does
 * it, which Node does not have). What is given back can only be in the volume.
 */
export async function openInside(
  root: string,
  path: string,
  options: {
    readonly create: boolean;
    /** The user of what is made, where it is not 0; its group is the volume's. */
    readonly owner?: number | undefined;
  },
): Promise<FileHandle> {
  const base = await realpath(root);
  const walk = new OpenPath(await openPart(base), options.owner);
  const rest = partsOf(path);
  let links = 0;
  try {
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (part === '..') {
        await walk.leave();
        continue;
      }
      const target = await walk.enter(part, options.create);
      if (target === undefined) continue;
      if (++links > MAX_LINKS) throw new SubPathError(`${path} has too many links`);
      if (target.startsWith('/')) {
        // A volume of the node’s own files: there, such a link may lead into the volume again.
        if (target !== base && !target.startsWith(`${base}/`)) throw outside(path);
        await walk.leaveAll();
        rest.unshift(...partsOf(target.slice(base.length)));
      } else {
        rest.unshift(...partsOf(target));
      }
    }
    return walk.take();
  } finally {
    await walk.close();
  }
}

/** The directories from the root to where the walk is, all open. */
class OpenPath {
  readonly #handles: FileHandle[];
  readonly #owner: number | undefined;

  constructor(root: FileHandle, owner: number | undefined) {
    this.#handles = [root];
    this.#owner = owner;
  }

  get #at(): FileHandle {
    const last = this.#handles.at(-1);
    if (last === undefined) throw new Error('the walk has ended');
    return last;
  }

  /** Goes into a part of the path; where that is a link, stays and gives its target. */
  async enter(part: string, create: boolean): Promise<string | undefined> {
    const name = `${pathOf(this.#at)}/${part}`;
    const handle = await openPart(name).catch(async (error: unknown) => {
      if (!create || codeOf(error) !== 'ENOENT') throw new SubPathError(String(error));
      return this.#make(name);
    });
    const found = await handle.stat();
    if (!found.isSymbolicLink()) {
      this.#handles.push(handle);
      return undefined;
    }
    await handle.close();
    return readlink(name).catch((error: unknown) => {
      throw new SubPathError(String(error));
    });
  }

  /** As open as the volume itself, whatever the umask says. */
  async #make(name: string): Promise<FileHandle> {
    const volume = await this.#handles[0]?.stat();
    const mode = (volume?.mode ?? 0) & 0o7777;
    await mkdir(name).catch((error: unknown) => {
      // Somebody was faster: what is there is looked at as anything else is.
      if (codeOf(error) !== 'EEXIST') throw new SubPathError(String(error));
    });
    const made = await open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).catch((error: unknown) => {
      throw new SubPathError(String(error));
    });
    if (this.#owner !== undefined) await made.chown(this.#owner, volume?.gid ?? this.#owner);
    await made.chmod(mode);
    return made;
  }

  async leave(): Promise<void> {
    if (this.#handles.length === 1) throw outside('..');
    await this.#handles.pop()?.close();
  }

  async leaveAll(): Promise<void> {
    while (this.#handles.length > 1) await this.leave();
  }

  /** The last one, which is the caller’s then. */
  take(): FileHandle {
    const last = this.#at;
    this.#handles.pop();
    return last;
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.close()));
  }
}

const openPart = (path: string): Promise<FileHandle> => open(path, O_PATH | O_NOFOLLOW);
const partsOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');
const outside = (path: string): SubPathError => new SubPathError(`${path} is outside of the volume`);
const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;
