using System.Collections.Concurrent;
using Delivery.Models;
using Delivery.Models.Sources;

namespace Delivery.ApplyRuntime.Tests.Sources;

/// <summary>A source that, for the names it is told, hangs or fails instead of asking the one behind it.</summary>
internal sealed class TroubledSource(IModelSource source) : IModelSource
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _hanging = new(StringComparer.Ordinal);
    private int _asked;
    private int _out;
    private int _mostOut;
    private int _cancelled;
    private volatile bool _ended;

    public bool Fails { get; set; }

    /// <summary>Runs when an asking is cancelled.</summary>
    public Action? WhenCancelled { get; set; }

    /// <summary>Askings that were.</summary>
    public int Cancelled => Volatile.Read(ref _cancelled);

    public int Asked => Volatile.Read(ref _asked);

    /// <summary>Askings that are under way.</summary>
    public int Out => Volatile.Read(ref _out);

    /// <summary>Most askings that were under way at once.</summary>
    public int MostOut => Volatile.Read(ref _mostOut);

    /// <summary>Lets a name hang, whatever is cancelled, until it is let go.</summary>
    public void Hang(string name) => _hanging[name] = new SemaphoreSlim(0);

    public void LetGo(string name)
    {
        if (_hanging.TryRemove(name, out var hanging)) hanging.Release();
    }

    /// <summary>Lets all go. From its end on nobody asks the source behind it.</summary>
    public Task EndAsync()
    {
        _ended = true;
        foreach (var name in _hanging.Keys) LetGo(name);
        return Scene.UntilAsync(() => Out == 0);
    }

    public async ValueTask<SourcedModel?> GetAsync(ModelName name, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        using var registration = cancellationToken.Register(() =>
        {
            Interlocked.Increment(ref _cancelled);
            WhenCancelled?.Invoke();
        });
        var now = Interlocked.Increment(ref _out);
        for (var most = MostOut; now > most && Interlocked.CompareExchange(ref _mostOut, now, most) != most; most = MostOut) { }
        try
        {
            if (_hanging.TryGetValue(name.Value, out var hanging))
            {
                await hanging.WaitAsync(CancellationToken.None);
                cancellationToken = CancellationToken.None; // it answers though nobody waits any more
            }
            if (_ended) throw new IOException("the test is over");
            if (Fails) throw new IOException("the store is away");
            return await source.GetAsync(name, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _out);
        }
    }
}
