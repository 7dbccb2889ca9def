import type { ControlPlaneLauncher } from '../contract.ts';

/**
 * Launches with the one of two that is chosen at that moment. Both attach to what runs already, and the editor's own
 * stops both: what is in its process itself, anything else by asking it over HTTPS.
 */
export function createChosenLauncher(
  launchers: { readonly editor: ControlPlaneLauncher; readonly process: ControlPlaneLauncher },
  choose: () => 'editor' | 'process',
): ControlPlaneLauncher {
  return {
    launch: (profile, paths, signal) => launchers[choose()].launch(profile, paths, signal),
    stop: (profile, paths) => launchers.editor.stop(profile, paths),
  };
}
