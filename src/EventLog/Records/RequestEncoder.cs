using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Delivery.Models.Formats;
using Delivery.Models.Wire;

namespace Delivery.EventLog.Records;

/// <summary>
/// Writes an entry as the protobuf library would write the same <see cref="RequestData"/>, without an object of it: fields by
/// number, defaults left out, shortest varints. Half a character becomes U+FFFD.
/// </summary>
internal static class RequestEncoder
{
    private const int Tag1 = 1, Tag2 = 2; // bytes of a tag: one for fields up to 15, two above

    /// <summary>Bytes of each text and of the times, measured once and used twice.</summary>
    public ref struct Sizes
    {
        public int RequestId, Model, Sha, Intent, Bundle, Locale, Ui, Experiment, Source, Commit, Time, Features, Total;
        public long Seconds;
        public int Nanos;
    }

    public static Sizes Measure(in RequestEntry entry)
    {
        var ticks = entry.Time.UtcTicks - DateTime.UnixEpoch.Ticks;
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0) (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        var sizes = new Sizes
        {
            RequestId = Bytes(entry.RequestId), Model = Bytes(entry.Model), Sha = Bytes(entry.ModelSha256), Intent = Bytes(entry.Intent), Bundle = Bytes(entry.Bundle),
            Locale = Bytes(entry.Locale), Ui = Bytes(entry.Ui), Experiment = Bytes(entry.Experiment), Source = Bytes(entry.Source), Commit = Bytes(entry.Commit),
            Features = checked(entry.Features.Length * sizeof(float)), Seconds = seconds, Nanos = (int)(rest * TimeSpan.NanosecondsPerTick),
        };
        sizes.Time = Number(Tag1, (ulong)seconds) + Number(Tag1, (ulong)sizes.Nanos);
        sizes.Total = checked(
            Block(Tag1, sizes.RequestId) + Tag1 + 1 + sizes.Time + Block(Tag1, sizes.Model) + Number(Tag1, entry.ModelVersion) + Block(Tag1, sizes.Sha)
            + Number(Tag1, entry.RequestCount) + Block(Tag1, sizes.Intent) + Block(Tag1, sizes.Features) + Optional(entry.Pivot) + Optional(entry.Production)
            + Number(Tag1, entry.Shown) + Block(Tag1, sizes.Bundle) + (entry.Propensity != 0 ? Tag1 + 8 : 0) + (entry.ExploreProbability != 0 ? Tag1 + 8 : 0)
            + (entry.ExternalRandom ? Tag1 + 1 : 0) + Number(Tag2, (ulong)entry.SaltBucket) + Block(Tag2, sizes.Locale) + Block(Tag2, sizes.Ui)
            + Block(Tag2, sizes.Experiment) + Block(Tag2, sizes.Source) + Number(Tag2, (ulong)entry.Epoch) + Block(Tag2, sizes.Commit)
            + (entry.Draw != 0 ? Tag2 + 8 : 0) + Number(Tag2, entry.ClassCount) + (entry.ConfigHash != 0 ? Tag2 + 8 : 0)
            + Number(Tag2, entry.SaltMinutes) + Number(Tag2, entry.LocalRadius) + (entry.UniformShare != 0 ? Tag2 + 8 : 0));
        return sizes;
    }

    /// <param name="entry">The entry that was measured.</param>
    /// <param name="sizes">What was measured.</param>
    /// <param name="to">As long as the total.</param>
    public static void Write(in RequestEntry entry, in Sizes sizes, Span<byte> to)
    {
        var wire = new WireWriter(to);
        Text(ref wire, RequestData.RequestIdFieldNumber, entry.RequestId, sizes.RequestId);
        wire.WriteStart(RequestData.TimeFieldNumber, sizes.Time);
        if (sizes.Seconds != 0) wire.WriteVarint(1, (ulong)sizes.Seconds);
        if (sizes.Nanos != 0) wire.WriteVarint(2, (ulong)sizes.Nanos);
        Text(ref wire, RequestData.ModelFieldNumber, entry.Model, sizes.Model);
        Number(ref wire, RequestData.ModelVersionFieldNumber, entry.ModelVersion);
        Text(ref wire, RequestData.ModelSha256FieldNumber, entry.ModelSha256, sizes.Sha);
        Number(ref wire, RequestData.RequestCountFieldNumber, entry.RequestCount);
        Text(ref wire, RequestData.IntentFieldNumber, entry.Intent, sizes.Intent);
        Floats(ref wire, RequestData.FeaturesFieldNumber, entry.Features, sizes.Features);
        if (entry.Pivot is { } pivot) wire.WriteVarint(RequestData.PivotFieldNumber, pivot);
        if (entry.Production is { } production) wire.WriteVarint(RequestData.ProductionFieldNumber, production);
        Number(ref wire, RequestData.ShownFieldNumber, entry.Shown);
        Text(ref wire, RequestData.BundleFieldNumber, entry.Bundle, sizes.Bundle);
        Number(ref wire, RequestData.PropensityFieldNumber, entry.Propensity);
        Number(ref wire, RequestData.ExploreProbabilityFieldNumber, entry.ExploreProbability);
        Number(ref wire, RequestData.ExternalRandomFieldNumber, entry.ExternalRandom ? 1UL : 0);
        Number(ref wire, RequestData.SaltBucketFieldNumber, (ulong)entry.SaltBucket);
        Text(ref wire, RequestData.LocaleFieldNumber, entry.Locale, sizes.Locale);
        Text(ref wire, RequestData.UiFieldNumber, entry.Ui, sizes.Ui);
        Text(ref wire, RequestData.ExperimentFieldNumber, entry.Experiment, sizes.Experiment);
        Text(ref wire, RequestData.SourceFieldNumber, entry.Source, sizes.Source);
        Number(ref wire, RequestData.EpochFieldNumber, (ulong)entry.Epoch);
        Text(ref wire, RequestData.CommitFieldNumber, entry.Commit, sizes.Commit);
        if (entry.Draw != 0) wire.WriteFixed64(RequestData.DrawFieldNumber, entry.Draw);
        Number(ref wire, RequestData.ClassCountFieldNumber, entry.ClassCount);
        if (entry.ConfigHash != 0) wire.WriteFixed64(RequestData.ConfigHashFieldNumber, entry.ConfigHash);
        Number(ref wire, RequestData.SaltMinutesFieldNumber, entry.SaltMinutes);
        Number(ref wire, RequestData.LocalRadiusFieldNumber, entry.LocalRadius);
        Number(ref wire, RequestData.UniformShareFieldNumber, entry.UniformShare);
    }

    private static int Bytes(string? text) => string.IsNullOrEmpty(text) ? 0 : Encoding.UTF8.GetByteCount(text);

    private static int Block(int tag, int bytes) => bytes == 0 ? 0 : tag + WireWriter.SizeOfVarint((ulong)bytes) + bytes;

    private static int Number(int tag, ulong value) => value == 0 ? 0 : tag + WireWriter.SizeOfVarint(value);

    private static int Optional(uint? value) => value is { } number ? Tag1 + WireWriter.SizeOfVarint(number) : 0;

    private static void Text(ref WireWriter wire, int field, string? text, int bytes)
    {
        if (bytes == 0) return;
        wire.WriteStart(field, bytes);
        Encoding.UTF8.GetBytes(text, wire.Take(bytes));
    }

    private static void Number(ref WireWriter wire, int field, ulong value)
    {
        if (value != 0) wire.WriteVarint(field, value);
    }

    private static void Number(ref WireWriter wire, int field, double value)
    {
        if (value != 0) wire.WriteFixed64(field, BitConverter.DoubleToUInt64Bits(value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Floats(ref WireWriter wire, int field, ReadOnlySpan<float> values, int bytes)
    {
        if (bytes == 0) return;
        wire.WriteStart(field, bytes);
        var to = wire.Take(bytes);
        if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(values).CopyTo(to);
        else for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(to[(i * sizeof(float))..], values[i]);
    }
}
