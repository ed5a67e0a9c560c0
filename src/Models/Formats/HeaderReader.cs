using Delivery.Models.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Models.Formats;

/// <summary>Reads the header: the wire is walked and held to the format first, and only then is the message made, for who wants one.</summary>
internal static class HeaderReader
{
    public const string Owner = "the header";

    /// <summary>Fields from this number on may be added without a new format: a reader that does not know them steps over them.</summary>
    private const int FirstFieldToSkip = 100;

    /// <summary>The whole of it: walks it and makes the message.</summary>
    /// <inheritdoc cref="Walk"/>
    public static ModelHeader Read(WireReader wire)
    {
        Walk(wire);
        return Parse(wire);
    }

    /// <param name="wire">The header's bytes, not walked yet.</param>
    /// <exception cref="InvalidModelException">They are no header of this format.</exception>
    public static HeaderFields Walk(WireReader wire)
    {
        if (wire.Rest.Length > ModelLimits.MaxHeaderBytes) wire.Fail($"the header has {wire.Rest.Length} bytes; expected at most {ModelLimits.MaxHeaderBytes}");
        RequireFormat(wire);
        var fields = ReadFields(wire);
        HeaderRules.Check(fields, wire);
        return fields;
    }

    /// <param name="wire">The bytes of a header that a copy of this reader has walked.</param>
    /// <inheritdoc cref="Walk"/>
    public static ModelHeader Parse(WireReader wire)
    {
        try
        {
            return ModelHeader.Parser.ParseFrom(wire.Rest);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidModelException($"byte {wire.Position}: the header is no protobuf message: {e.Message}", e);
        }
    }

    /// <summary>Comes before everything else: what another format means by its fields is not known here.</summary>
    private static void RequireFormat(WireReader wire)
    {
        while (wire.Next())
        {
            if (wire.Field != ModelHeader.FormatFieldNumber)
            {
                wire.Skip();
                continue;
            }
            var format = wire.ReadUInt64("format");
            if (format != ModelLimits.Format) wire.Fail($"the file has format {format}; this version reads format {ModelLimits.Format}");
            return;
        }
        wire.Fail($"the header has no format; this version reads format {ModelLimits.Format}");
    }

    private static HeaderFields ReadFields(WireReader wire)
    {
        var fields = new HeaderFields();
        while (wire.Next())
        {
            if (wire.Field >= FirstFieldToSkip)
            {
                wire.Skip();
                continue;
            }
            var field = FieldName(wire.Field);
            if (field is null) wire.FailUnknown();
            if (wire.Field == ModelHeader.SourcesFieldNumber)
            {
                if (++fields.SourceCount > ModelLimits.MaxSources) wire.Fail($"the header has more than {ModelLimits.MaxSources} sources");
                ReadSource(wire.ReadMessage(field, "a source"), out _);
                continue;
            }
            wire.Once(field);
            switch (wire.Field)
            {
                case ModelHeader.NameFieldNumber:
                    fields.Name = wire.ReadText(field);
                    break;
                case ModelHeader.KindFieldNumber:
                    fields.Kind = wire.ReadText(field);
                    break;
                case ModelHeader.IntentFieldNumber or ModelHeader.ObjectiveFieldNumber:
                    wire.ReadText(field);
                    break;
                case ModelHeader.ModelVersionFieldNumber:
                    fields.ModelVersion = wire.ReadUInt32(field);
                    break;
                case ModelHeader.ClassCountFieldNumber:
                    fields.ClassCount = wire.ReadUInt32(field);
                    break;
                case ModelHeader.FeatureCountFieldNumber:
                    fields.FeatureCount = wire.ReadUInt32(field);
                    break;
                case ModelHeader.FormatFieldNumber:
                    wire.ReadUInt32(field);
                    break;
                case ModelHeader.RequestCountFieldNumber:
                    fields.RequestCount = wire.ReadUInt64(field);
                    break;
                case ModelHeader.BatchCountFieldNumber:
                    wire.ReadUInt64(field);
                    break;
                case ModelHeader.ConfigHashFieldNumber:
                    wire.ReadFixed64(field);
                    break;
                case ModelHeader.CreatedFieldNumber:
                    fields.Created = ReadTimestamp(wire.ReadMessage(field, field));
                    break;
                default:
                    fields.TrainedUntil = ReadTimestamp(wire.ReadMessage(field, field));
                    break;
            }
        }
        return fields;
    }

    /// <summary>The name of a source, in UTF-8.</summary>
    internal static ReadOnlySpan<byte> ReadSource(WireReader wire, out uint count)
    {
        var name = ReadOnlySpan<byte>.Empty;
        count = 0;
        while (wire.Next())
        {
            switch (wire.Field)
            {
                case FeatureSource.NameFieldNumber:
                    wire.Once("name");
                    name = wire.ReadText("name");
                    break;
                case FeatureSource.CountFieldNumber:
                    wire.Once("count");
                    count = wire.ReadUInt32("count");
                    break;
                default:
                    wire.FailUnknown();
                    break;
            }
        }
        return name;
    }

    private static (long Seconds, int Nanos) ReadTimestamp(WireReader wire)
    {
        var (seconds, nanos) = (0L, 0);
        while (wire.Next())
        {
            switch (wire.Field)
            {
                case Timestamp.SecondsFieldNumber:
                    wire.Once("seconds");
                    seconds = (long)wire.ReadUInt64("seconds"); // two's complement; its range is one of the header's rules
                    break;
                case Timestamp.NanosFieldNumber:
                    wire.Once("nanos");
                    nanos = (int)wire.ReadUInt32("nanos");
                    break;
                default:
                    wire.FailUnknown();
                    break;
            }
        }
        return (seconds, nanos);
    }

    private static string? FieldName(int number) => ModelHeader.Descriptor.FindFieldByNumber(number)?.Name;
}
