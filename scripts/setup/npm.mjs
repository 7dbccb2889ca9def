// Runs npm: its own cache is asked before the registry, and it says no more than what goes wrong.
const QUIET = ['--prefer-offline', '--no-fund', '--no-audit', '--no-progress', '--loglevel=error'];
/** What npm says where no registry can be reached. */
const NO_ANSWER =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;

/**
 * @param {typeof import('./run.mjs').run} run
 * @param {readonly string[]} args
 * @param {{ cwd: string }} options
 */
export async function npm(run, args, { cwd }) {
  const isWindows = process.platform === 'win32';
  try {
    await run(isWindows ? 'npm.cmd' : 'npm', [...args, ...QUIET], { cwd, shell: isWindows });
  } catch (error) {
    const [code] = NO_ANSWER.exec(error.message) ?? [];
    if (code === undefined) throw error;
    throw new Error(
      `npm reaches no registry (${code}). Look at the network, and at npm config get registry and npm config get proxy; then run this command again.`,
      { cause: error },
    );
  }
}
