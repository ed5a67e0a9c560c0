using System.Diagnostics.Metrics;

namespace Delivery.ApplyRuntime.Tests.Observing;

/// <summary>What the meter of one folder says, as a collector hears it. Dispose it before the test ends.</summary>
internal sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _adding = new();
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);
    private readonly List<(string Name, double Value)> _times = [];

    /// <param name="folder">The tag of the meter, as runtimes of other tests live at the same time.</param>
    public MeterReadings(string folder)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Delivery.ApplyRuntime" && (string?)instrument.Meter.Tags?.Single().Value == folder)
            {
                lock (_adding) Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public List<Instrument> Instruments { get; } = [];

    /// <summary>What the histograms heard, tags behind the name.</summary>
    public IReadOnlyList<(string Name, double Value)> Times
    {
        get
        {
            lock (_adding) return [.. _times];
        }
    }

    /// <summary>Asks all observable instruments: value by name, tags behind it as in <c>decisions{source=model,outcome=class}</c>.</summary>
    public IReadOnlyDictionary<string, double> Collect()
    {
        lock (_adding) _values.Clear();
        _listener.RecordObservableInstruments();
        lock (_adding) return new Dictionary<string, double>(_values);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name["delivery.apply.".Length..];
        if (tags.Length > 0) name += $"{{{string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}}}";
        lock (_adding)
        {
            if (instrument is Histogram<double>) _times.Add((name, value));
            else _values[name] = value;
        }
    }
}
