import { execFileSync } from 'node:child_process';

/** Which sources these are, for `/version`; undefined outside a repository. */
export function buildInfo() {
  const git = (...args) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const [commit, seconds] = git('log', '-1', '--format=%H %ct').split(' ');
    const date = `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;
    return { commit, date, treeState: git('status', '--porcelain') === '' ? 'clean' : 'dirty' };
  } catch {
    return undefined;
  }
}
