using System.Collections.Frozen;
using Delivery.ApplyRuntime.Reload;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>What was pulled from the training store, for requests: they read it without a lock, an allocation or a wait.</summary>
internal sealed class PulledModels
{
    private readonly string?[] _asked = new string?[16]; // what finds no place is asked for by the next request
    private FrozenDictionary<string, PulledModel> _table = FrozenDictionary<string, PulledModel>.Empty;

    /// <summary>By name. Replaced as a whole by the puller's thread.</summary>
    public FrozenDictionary<string, PulledModel> Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }

    /// <summary>The model of a name, when one was pulled. A name that was never asked for is noted for the puller.</summary>
    public LoadedModel? Find(string name)
    {
        if (!Table.TryGetValue(name, out var pulled))
        {
            Ask(name);
            return null;
        }
        pulled.Use();
        return pulled.Model;
    }

    /// <summary>Puller's thread: names that requests asked for since the last time.</summary>
    public IEnumerable<string> TakeAsked()
    {
        for (var i = 0; i < _asked.Length; i++)
        {
            if (Interlocked.Exchange(ref _asked[i], null) is { } name) yield return name;
        }
    }

    private void Ask(string name)
    {
        for (var i = 0; i < _asked.Length; i++)
        {
            var there = Volatile.Read(ref _asked[i]) ?? Interlocked.CompareExchange(ref _asked[i], name, null);
            if (there is null || there == name) return;
        }
    }
}
