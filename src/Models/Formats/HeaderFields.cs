namespace Delivery.Models.Formats;

/// <summary>The fields of a header that decide whether and how its model is scored, as they stand in the file: no text is copied out.</summary>
internal ref struct HeaderFields
{
    public ReadOnlySpan<byte> Name { get; set; }

    public ReadOnlySpan<byte> Kind { get; set; }

    public uint ModelVersion { get; set; }

    public uint ClassCount { get; set; }

    public uint FeatureCount { get; set; }

    public ulong RequestCount { get; set; }

    public int SourceCount { get; set; }

    public (long Seconds, int Nanos)? Created { get; set; }

    public (long Seconds, int Nanos)? TrainedUntil { get; set; }
}
