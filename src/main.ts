import packageJson from '../package.json' with { type: 'json' };
import { processIo } from './cli/io.ts';
import { buildProgram } from './cli/program.ts';
import { places, processEnvironment } from './config/environment.ts';

/** Composition root. The gateway's own parts are chosen in gateway/start.ts and loaded only where one is served. */
export async function run(args: readonly string[]): Promise<void> {
  const environment = processEnvironment();
  const io = processIo(environment);
  const shared = { version: packageJson.version, environment, places: places(environment) };
  const program = buildProgram({
    ...shared,
    self: [process.execPath, ...process.argv.slice(1, 2)],
    io,
    serve: async (options) => {
      const { serveGateway } = await import('./gateway/start.ts');
      return serveGateway(
        { ...shared, ...options },
        {
          ready: (text) => io.out.write(`${text}\n`),
          note: (text) => io.err.write(`${text}\n`),
        },
      );
    },
  });
  process.exitCode = await program.run(args);
}
