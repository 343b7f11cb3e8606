// Loaded before a child's own code. When the supervisor is gone, however it went, the channel to it closes, and the
// child ends as if asked to: a killed start leaves nothing running. Workers that the child forks inherit this file
// and have channels of their own, which are none of our business.
if (process.ppid === Number(process.env['ECOSYSTEM_PARENT_PID'])) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel?.unref()
}
