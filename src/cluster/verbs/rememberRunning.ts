import type { ClusterPaths } from '../paths.ts';
import { readProfile, writeProfile } from '../profile.ts';

/** Writes into the profile whether the cluster is to run: the next window that opens starts it or not. */
export async function rememberRunning({ profile: file }: ClusterPaths, running: boolean): Promise<void> {
  const profile = await readProfile(file);
  if (profile !== undefined) await writeProfile(file, { ...profile, running });
}
