/** Replaced by the leak tracker: see test/harness/README in ARCHITECTURE.md. */
export {};
