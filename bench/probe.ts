/** Preloaded into a measured process: answers over IPC what it has used so far. */
process.on('message', (message) => {
  if (message !== 'usage') return;
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send?.({ cpuMicros: userCPUTime + systemCPUTime, rssBytes: process.memoryUsage.rss() });
});
// The channel is for questions; it must not keep a process alive that is told to stop.
process.channel?.unref();
