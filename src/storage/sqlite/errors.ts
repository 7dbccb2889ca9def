import { DamagedStoreError, StorageUnavailableError, StoreInUseError } from '../contract.ts';

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** What a failure of SQLite, or of the file system around it, means for the user of the cluster, and what to do. */
export function unavailable(error: unknown, path: string): StorageUnavailableError {
  if (error instanceof StorageUnavailableError) return error;
  if (isCorrupt(error))
    return new DamagedStoreError(path, [`SQLite cannot read it (${textOf(error)})`], error);
  const Unavailable = isInUse(error) ? StoreInUseError : StorageUnavailableError;
  return new Unavailable(describe(error, path), { cause: error });
}

function isInUse(error: unknown): boolean {
  const code = primaryCode(error);
  return code === BUSY || code === LOCKED;
}

/** Whether SQLite has found that a file, or a part of it, is no database. */
export function isCorrupt(error: unknown): boolean {
  const code = primaryCode(error);
  return code === CORRUPT || code === NOTADB;
}

const fullText = (path: string): string =>
  `the store ${path} cannot grow: free some space on its disk (or raise its limit, or delete what is not needed), then try again`;

/** The error of a write that may not use the reserve of a full disk. */
export const fullError = (path: string): StorageUnavailableError =>
  new StorageUnavailableError(fullText(path));

/** Whether there is no room for a write. */
export function isFull(error: unknown): boolean {
  return primaryCode(error instanceof StorageUnavailableError ? error.cause : error) === FULL;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe(error: unknown, path: string): string {
  const text = textOf(error);
  switch (primaryCode(error)) {
    case BUSY:
    case LOCKED:
      return `the store ${path} is in use by another process: stop the other control plane of this cluster, or attach to it`;
    case FULL:
      return fullText(path);
    case IOERR:
      return `reading or writing the store ${path} failed (${text}): check the disk and its free space, then start the cluster again`;
    case READONLY:
      return `the store ${path} cannot be written: check the permissions of the file and of its directory`;
    case CANTOPEN:
      return `the store ${path} cannot be opened (${text}): check that its directory exists and may be written`;
    default:
      return `the store ${path} failed: ${text}`;
  }
}

/** The low byte of SQLite's extended code; for file system errors the code that SQLite would give. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  if (!('code' in error)) return undefined;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return FULL;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return READONLY;
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return CANTOPEN;
    default:
      return undefined;
  }
}
