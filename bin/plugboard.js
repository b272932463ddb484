#!/usr/bin/env node
// Plain JavaScript that any Node can read: an old one gets the mend instead of a syntax error.
const WANTED = [22, 19];
const found = process.versions.node.split('.').map(Number);

if (found[0] > WANTED[0] || (found[0] === WANTED[0] && found[1] >= WANTED[1])) {
  // Node 22 calls its SQLite experimental at every start; nobody can act on that.
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning, ...rest) => {
    if (String(warning).indexOf('SQLite') === -1) emitWarning.call(process, warning, ...rest);
  };
  import('node:module')
    .then((module) => {
      module.enableCompileCache();
      return import('../dist/main.js');
    })
    .then((main) => main.run(process.argv.slice(2)))
    .catch((error) => {
      const unbuilt = error && error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).indexOf('dist') !== -1;
      console.error(unbuilt ? 'plugboard: not built yet. Run: npm run build' : error);
      process.exitCode = 1;
    });
} else {
  console.error(
    'plugboard needs Node ' +
      WANTED.join('.') +
      ' or newer; this is ' +
      process.version +
      '.\n' +
      'Install it from https://nodejs.org, or run: npx -p node@24 -p plugboard plugboard\n' +
      'In a checkout: npm ci, then npx plugboard',
  );
  process.exitCode = 1;
}
