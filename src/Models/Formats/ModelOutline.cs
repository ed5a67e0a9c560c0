using System.Text;

namespace Delivery.Models.Formats;

/// <summary>
/// What a process that only scores needs of one checked model file. Its texts lie in the file, so a reload makes no copies of them;
/// <see cref="ModelLayout"/> has the whole header.
/// </summary>
/// <remarks>Valid as long as the bytes that it was read from.</remarks>
public readonly ref struct ModelOutline
{
    private readonly HeaderFields _header;
    private readonly TensorLayout[] _tensors;

    internal ModelOutline(HeaderFields header, TensorLayout[] tensors)
    {
        _header = header;
        _tensors = tensors;
    }

    /// <summary>The model's name, in UTF-8.</summary>
    public ReadOnlySpan<byte> Name => _header.Name;

    /// <summary>How it is scored, in UTF-8.</summary>
    public ReadOnlySpan<byte> Kind => _header.Kind;

    /// <summary>Raised by hand when the model was trained anew.</summary>
    public uint ModelVersion => _header.ModelVersion;

    /// <summary>Classes: positions, and as the last one "not shown".</summary>
    public int ClassCount => (int)_header.ClassCount;

    /// <summary>Length of a feature vector.</summary>
    public int FeatureCount => (int)_header.FeatureCount;

    /// <summary>Requests that its trainer had processed.</summary>
    public ulong RequestCount => _header.RequestCount;

    /// <summary>Event time of its export; null when the file does not say.</summary>
    public DateTimeOffset? Created => Time(_header.Created);

    /// <summary>Time of the newest event that it learned from; null when the file does not say.</summary>
    public DateTimeOffset? TrainedUntil => Time(_header.TrainedUntil);

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<TensorLayout> Tensors => _tensors;

    /// <summary>As <see cref="ModelLayout.Read"/>, which refuses the same files.</summary>
    /// <inheritdoc cref="ModelLayout.Read"/>
    public static ModelOutline Read(ReadOnlySpan<byte> file) => ModelReader.Read(file, out _);

    /// <summary>Null when there is none of that name.</summary>
    public TensorLayout? Find(string name)
    {
        foreach (var tensor in _tensors)
        {
            if (tensor.Name == name) return tensor;
        }
        return null;
    }

    /// <exception cref="InvalidModelException">The model has no tensor of that name.</exception>
    public TensorLayout Tensor(string name) =>
        Find(name) ?? throw new InvalidModelException($"The model '{NameText}' of kind '{KindText}' has no tensor '{name}'.");

    /// <summary><see cref="Name"/>, made anew.</summary>
    public string NameText => Encoding.UTF8.GetString(Name);

    /// <summary><see cref="Kind"/>, made anew.</summary>
    public string KindText => Encoding.UTF8.GetString(Kind);

    private static DateTimeOffset? Time((long Seconds, int Nanos)? time) =>
        time is var (seconds, nanos) ? DateTimeOffset.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanos / TimeSpan.NanosecondsPerTick)) : null;
}
