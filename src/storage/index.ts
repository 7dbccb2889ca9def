export { type Followed, startWatchCache, type WatchCacheOptions } from './watchCache.ts';
export { encode } from './encoding.ts';
export { openSqliteStorage, type SqliteStorageOptions } from './sqlite/sqliteStorage.ts';
export { recoverStore, type Recovery } from './sqlite/recovery.ts';
export { storeFiles } from './sqlite/storeFiles.ts';
