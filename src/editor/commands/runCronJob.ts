import { window } from 'vscode';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { jobs } from '../../api/resources.ts';
import type { NewObject } from '../../client/contract.ts';
import type { Job } from '../../api/types.ts';
import { FIELD_MANAGER } from '../documents/manifests.ts';
import type { EditorCommand } from './command.ts';
import { pickObject } from './pickObject.ts';

interface CronJob extends KubeObject {
  readonly spec: {
    readonly jobTemplate: {
      readonly metadata?: {
        readonly labels?: Record<string, string>;
        readonly annotations?: Record<string, string>;
      };
      readonly spec: Job['spec'];
    };
  };
}

/** Names of jobs end with a suffix for their pods: longer ones are cut, as the controller cuts them. */
const MOST_LETTERS = 52;

/** A job of a CronJob now, whatever its schedule, as `kubectl create job --from`. */
export const runCronJob: EditorCommand = {
  id: 'wheelhouse.runCronJob',
  async run({ model, clock }, ...args) {
    const picked = await pickObject(model, args, 'Run Now', ({ resource }) => resource.plural === 'cronjobs');
    if (picked === undefined) return;
    const { session, resource, object } = picked;
    const { metadata, spec } = (object as CronJob).spec.jobTemplate;
    const { name, namespace, uid } = object.metadata;
    const suffix = Math.floor(clock.now() / 1_000).toString(36);
    const job = {
      metadata: {
        name: `${name.slice(0, MOST_LETTERS - suffix.length - 1)}-${suffix}`,
        namespace,
        ...(metadata?.labels === undefined ? {} : { labels: { ...metadata.labels } }),
        annotations: { ...metadata?.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
        ownerReferences: [
          { apiVersion: apiVersionOf(resource), kind: resource.kind, name, uid, controller: true },
        ],
      },
      spec: structuredClone(spec),
    } as unknown as NewObject<Job>;
    const made = await session.client.create(jobs, job, { fieldManager: FIELD_MANAGER });
    window.setStatusBarMessage(`$(check) ${session.cluster}: job ${made.metadata.name}`, 8_000);
  },
};
