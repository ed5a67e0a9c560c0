using Delivery.EventLog.Appender;

namespace Delivery.EventLog.Tests;

/// <summary>One of several threads that append at once.</summary>
internal sealed class SceneThread(Scene scene)
{
    private readonly float[] _scratch = new float[8];

    /// <summary>Appends numbers 0..count; what finds no place is appended again.</summary>
    public void Append(EventLogWriter log, int thread, int count)
    {
        for (var number = 0; number < count; number++)
        {
            while (!Workload.Append(log, thread, number, _scratch)) Thread.Yield();
        }
        log.Directory.Should().Be(scene.Directory);
    }
}
