/** Composition root: the only place where parts are chosen. */
export async function run(_args: readonly string[]): Promise<void> {}
