// Where the suite's source, binaries and images are kept. All of it can be made again; `.cache` is not committed.
import path from 'node:path';

/** The release whose suite Debian's source package holds. */
export const release = 'v1.20.2';
/** The commit of that release. */
export const commit = 'faecb196815e248d3ecfb03c680a4507229c2a56';

const root = path.resolve(import.meta.dirname, '../../..');

export interface Paths {
  /** The checkout. */
  readonly root: string;
  /** Downloads of the source package. */
  readonly downloads: string;
  /** GOPATH: Kubernetes of this release builds in it, without modules. */
  readonly gopath: string;
  /** The unpacked source tree, inside GOPATH. */
  readonly source: string;
  readonly goCache: string;
  readonly binaries: string;
  readonly images: string;
  /** One folder a run, with what the processes of the suite printed. */
  readonly logs: string;
  /** `WHEELHOUSE_HOME` of the cluster under test. */
  readonly home: string;
}

const cache = path.join(root, '.cache/conformance');
const gopath = path.join(cache, 'go');

export const paths: Paths = {
  root,
  downloads: path.join(cache, 'downloads'),
  gopath,
  source: path.join(gopath, 'src/k8s.io/kubernetes'),
  goCache: path.join(cache, 'go-cache'),
  binaries: path.join(cache, 'bin'),
  images: path.join(cache, 'images'),
  logs: path.join(cache, 'logs'),
  home: path.join(cache, 'home'),
};
