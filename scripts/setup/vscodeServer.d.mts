/** The file that Node 24 runs to start the server. */
export const vscodeServerEntry: string;
