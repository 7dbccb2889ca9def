import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeWhole } from '../../host/files.ts';
import { debianArchives, parseDeb822, parseList, sourceLines } from './sources.ts';

const DEBIAN = 'PRETTY_NAME="Debian"\nID=debian\n';

describe('debianArchives()', () => {
  let root: string;
  const put = (name: string, text: string): Promise<void> => writeWhole(path.join(root, name), text);
  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-apt-'));
    await put('os-release', DEBIAN);
  });
  afterEach(() => rm(root, { recursive: true }));

  it('reads the lines of sources.list', async () => {
    await put(
      'apt/sources.list',
      [
        '# deb http://commented.example/debian bookworm main',
        'deb-src http://source.example/debian bookworm main',
        'deb cdrom:[Debian]/ bookworm main',
        'deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian/ bookworm main contrib # ours',
        'deb http://one.example/debian-security bookworm-security main',
      ].join('\n'),
    );
    assert.deepEqual(await debianArchives(undefined, root), {
      archive: 'http://one.example/debian',
      security: 'http://one.example/debian-security',
    });
  });

  it('reads the paragraphs of *.sources, of several suites and lines', async () => {
    await put('apt/sources.list.d/other.list', 'deb https://packages.example/apt cloud-sdk main\n');
    await put(
      'apt/sources.list.d/debian.sources',
      [
        'Types: deb deb-src',
        '# http://snapshot.example/archive',
        'URIs: http://two.example/debian',
        'Suites: trixie',
        ' trixie-updates',
        'Components: main',
        '',
        'Types: deb',
        'URIs: http://two.example/security',
        'Suites: trixie-security',
        'Components: main',
        '',
        'Enabled: no',
        'Types: deb',
        'URIs: http://off.example/debian',
        'Suites: sid',
      ].join('\n'),
    );
    assert.deepEqual(await debianArchives(undefined, root), {
      archive: 'http://two.example/debian',
      security: 'http://two.example/security',
    });
  });

  it('knows nothing of another system’s archives, nor where nothing is said', async () => {
    await put('apt/sources.list', 'deb http://archive.example/ubuntu stable main\n');
    await put('os-release', 'ID=ubuntu\nID_LIKE=debian\n');
    assert.deepEqual(await debianArchives(undefined, root), {});
    assert.deepEqual(await debianArchives('', path.join(root, 'nowhere')), {});
  });

  it('takes what a setting says before all else', async () => {
    await put('apt/sources.list', 'deb http://one.example/debian bookworm main\n');
    assert.deepEqual(await debianArchives(' https://mirror.example/debian/ ', root), {
      archive: 'https://mirror.example/debian',
      security: 'https://mirror.example/debian-security',
    });
  });
});

describe('sourceLines()', () => {
  it('are those of the suite, and none where the default is to be taken', () => {
    assert.deepEqual(sourceLines({ archive: 'http://a/debian', security: 'http://a/debian-security' }), [
      'deb http://a/debian trixie main',
      'deb http://a/debian trixie-updates main',
      'deb http://a/debian-security trixie-security main',
    ]);
    assert.deepEqual(sourceLines({}), []);
  });
});

describe('apt’s sources', () => {
  it('are the same in both formats', () => {
    assert.deepEqual(parseList('deb http://a/debian sid main'), [
      { uri: 'http://a/debian', suites: ['sid'] },
    ]);
    assert.deepEqual(parseDeb822('Types: deb\nURIs: http://a/debian\nSuites: sid'), [
      { uri: 'http://a/debian', suites: ['sid'] },
    ]);
  });
});
