using System.Globalization;
using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Host;
using Delivery.ApplyRuntime.Logging;
using Delivery.EventLog;

// ApplyRuntime.Host FOLDER EVENTS THREADS: decides and logs as fast as the log takes it, until it is killed. After each flush it
// prints how many decisions of each thread were made before.
var threads = int.Parse(args[2], CultureInfo.InvariantCulture);
using var log = new EventLogWriter(args[1], new EventLogOptions { SegmentBytes = 1 << 20, FlushInterval = TimeSpan.FromMilliseconds(5) });
using var runtime = ModelRuntime.Open(args[0], new RuntimeOptions { ApplyModels = Workload.Settings, Decisions = new RequestLog(log) });
var decided = new int[threads];
for (var t = 0; t < threads; t++)
{
    var thread = t;
    new Thread(() => Decide(thread)) { IsBackground = true }.Start();
}

while (true)
{
    var before = decided.Select((_, thread) => Volatile.Read(ref decided[thread])).ToArray();
    if (!log.Flush(TimeSpan.FromMinutes(1)) || log.Dropped > 0) return 1;
    Console.Out.WriteLine("flushed " + string.Join(' ', before));
    Console.Out.Flush();
}

void Decide(int thread)
{
    const int most = 10_000; // far under what the queue takes, so that nothing is dropped
    while (true)
    {
        if (log.QueueLength > most)
        {
            Thread.Yield();
            continue;
        }
        Workload.Decide(runtime, thread, decided[thread]);
        Volatile.Write(ref decided[thread], decided[thread] + 1);
    }
}
