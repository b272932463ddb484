import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codexEnvironment } from './codex-environment.ts';

test('started by npm, Codex sees the environment of the user', () => {
  const environment = {
    PATH: '/w/node_modules/.bin:/node_modules/.bin:/npm/node-gyp-bin:/usr/local/bin:/usr/bin',
    npm_execpath: '/npm-cli.js',
    npm_config_registry: 'x',
    npm_package_json: 'y',
    INIT_CWD: '/w',
    NODE: '/usr/bin/node',
    COLOR: '1',
    HOME: '/home/me',
    OPENAI_API_KEY: 'k',
  };
  const { NO_PROXY, no_proxy, ...kept } = codexEnvironment(environment, 'linux');
  assert.deepEqual(kept, { PATH: '/usr/local/bin:/usr/bin', HOME: '/home/me', OPENAI_API_KEY: 'k' });
  assert.equal(NO_PROXY, '127.0.0.1,localhost,::1');
  assert.equal(no_proxy, NO_PROXY);
});

test('without npm in between, nothing is taken out', () => {
  const environment = { PATH: '/w/node_modules/.bin:/usr/bin', NODE: 'mine', COLOR: 'yes', npm_token: 'x' };
  const { NO_PROXY, no_proxy, ...kept } = codexEnvironment(environment, 'linux');
  assert.deepEqual(kept, environment);
});

test('loopback and the gateway join what already goes past the proxy', () => {
  const environment = { NO_PROXY: 'a.example, localhost', no_proxy: 'b.example', HTTPS_PROXY: 'http://p' };
  const result = codexEnvironment(environment, 'darwin', ['10.0.0.5']);
  assert.equal(result['NO_PROXY'], 'a.example,localhost,b.example,127.0.0.1,::1,10.0.0.5');
  assert.equal(result['no_proxy'], result['NO_PROXY']);
});

test('on Windows names have no case, and there is one spelling', () => {
  const environment = {
    Path: 'C:\\w\\node_modules\\.bin;C:\\bin',
    NPM_EXECPATH: 'x',
    no_proxy: 'a.example',
    SystemRoot: 'C:\\Windows',
  };
  assert.deepEqual(codexEnvironment(environment, 'win32'), {
    Path: 'C:\\bin',
    SystemRoot: 'C:\\Windows',
    NO_PROXY: 'a.example,127.0.0.1,localhost,::1',
  });
});
