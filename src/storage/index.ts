export { startWatchCache, type WatchCacheOptions } from './watchCache.ts';
export { encode } from './encoding.ts';
export { openSqliteStorage, type SqliteStorageOptions } from './sqlite/sqliteStorage.ts';
export { restoreStore, saveStore, storeRevision } from './sqlite/storeFiles.ts';
