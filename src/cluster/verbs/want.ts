import type { ClusterPaths } from '../paths.ts';
import { readProfile, writeProfile } from '../profile.ts';

/** Notes whether the cluster shall run, for the next window that opens. */
export async function want({ profile: file }: ClusterPaths, running: boolean): Promise<void> {
  const profile = await readProfile(file);
  if (profile !== undefined) await writeProfile(file, { ...profile, running });
}
