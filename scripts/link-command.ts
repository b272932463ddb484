/** Makes `npx plugboard` in a checkout run the checkout: npx takes what stands in node_modules/.bin before anything else. */
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';

if (process.platform === 'win32') {
  writeFileSync('node_modules/.bin/plugboard.cmd', '@node "%~dp0\\..\\..\\bin\\plugboard.js" %*\r\n');
} else {
  rmSync('node_modules/.bin/plugboard', { force: true });
  symlinkSync('../../bin/plugboard.js', 'node_modules/.bin/plugboard');
}
