using System.Globalization;
using Delivery.EventLog;
using Delivery.EventLog.Appender;

// EventLog.Appender DIR THREADS SEGMENT_BYTES RECORDS: appends as fast as it can until it is killed, at most so many records in each thread, or it
// would fill the disk where nobody gets to kill it. After each flush it prints how many records of each thread it had appended before.
var threads = int.Parse(args[1], CultureInfo.InvariantCulture);
using var log = new EventLogWriter(args[0], new EventLogOptions { SegmentBytes = long.Parse(args[2], CultureInfo.InvariantCulture), QueueBytes = 4 << 20, FlushInterval = TimeSpan.FromMilliseconds(5) });
var most = int.Parse(args[3], CultureInfo.InvariantCulture);
var appended = new int[threads];
for (var t = 0; t < threads; t++)
{
    var thread = t;
    new Thread(() => Append(thread)) { IsBackground = true }.Start();
}

while (true)
{
    var before = appended.Select((_, thread) => Volatile.Read(ref appended[thread])).ToArray();
    if (!log.Flush(TimeSpan.FromMinutes(1))) return 1;
    Console.Out.WriteLine("flushed " + string.Join(' ', before));
    Console.Out.Flush();
}

void Append(int thread)
{
    var scratch = new float[Workload.Features];
    while (appended[thread] < most)
    {
        if (Workload.Append(log, thread, appended[thread], scratch)) Volatile.Write(ref appended[thread], appended[thread] + 1);
        else Thread.Yield(); // dropped: the same one again
    }
}
