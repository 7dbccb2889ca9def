import { refusals, refusedChanges } from '../../../../test/harness/kindRules.ts';
import { volumeAttachment } from './kind.ts';

refusals(volumeAttachment, [
  [
    'no source',
    { spec: { attacher: 'd', nodeName: 'n', source: {} } },
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    'a volume in itself that is no volume of a driver',
    {
      spec: {
        attacher: 'd',
        nodeName: 'n',
        source: { inlineVolumeSpec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1' } } },
      },
    },
    [
      'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
      'spec.source.inlineVolumeSpec: Required value: must specify a volume type',
    ],
  ],
]);

refusedChanges(volumeAttachment, [
  [
    'anything',
    { spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
    { spec: { attacher: 'd', nodeName: 'm', source: { persistentVolumeName: 'v' } } },
    [
      'spec: Invalid value: {"attacher":"d","nodeName":"m","source":{"persistentVolumeName":"v"}}: field is immutable',
    ],
  ],
]);
