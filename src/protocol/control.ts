/** What the owner of a control plane is told and asked over HTTPS by others on the same desktop (system:masters only). */
export const CONTROL_ROOT = '/wheelhouse/v1/control';
/** POST: stops the control plane. The answer comes when everything is written and closed. */
export const STOP_PATH = `${CONTROL_ROOT}/stop`;
/** GET: answers with headers once the control plane is ready, and never with an end: it breaks off when the owner goes. */
export const PRESENCE_PATH = `${CONTROL_ROOT}/presence`;
