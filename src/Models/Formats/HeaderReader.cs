using Delivery.Models.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Models.Formats;

/// <summary>Reads the header: the wire is walked and held to the format first, and only then is the message made.</summary>
internal static class HeaderReader
{
    public const string Owner = "the header";

    /// <summary>Fields from this number on may be added without a new format: a reader that does not know them steps over them.</summary>
    private const int FirstFieldToSkip = 100;

    /// <param name="wire">The header's bytes, not walked yet.</param>
    /// <exception cref="InvalidModelException">They are no header of this format.</exception>
    public static ModelHeader Read(WireReader wire)
    {
        if (wire.Rest.Length > ModelLimits.MaxHeaderBytes) wire.Fail($"the header has {wire.Rest.Length} bytes; expected at most {ModelLimits.MaxHeaderBytes}");
        RequireFormat(wire);
        CheckFields(wire);
        try
        {
            var header = ModelHeader.Parser.ParseFrom(wire.Rest);
            HeaderRules.Check(header);
            return header;
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

    private static void CheckFields(WireReader wire)
    {
        var sources = 0;
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
                if (++sources > ModelLimits.MaxSources) wire.Fail($"the header has more than {ModelLimits.MaxSources} sources");
                CheckSource(wire.ReadMessage(field, "a source"));
                continue;
            }
            wire.Once(field);
            switch (wire.Field)
            {
                case ModelHeader.NameFieldNumber or ModelHeader.KindFieldNumber or ModelHeader.IntentFieldNumber or ModelHeader.ObjectiveFieldNumber:
                    wire.ReadText(field);
                    break;
                case ModelHeader.ModelVersionFieldNumber or ModelHeader.ClassCountFieldNumber or ModelHeader.FeatureCountFieldNumber or ModelHeader.FormatFieldNumber:
                    wire.ReadUInt32(field);
                    break;
                case ModelHeader.RequestCountFieldNumber or ModelHeader.BatchCountFieldNumber:
                    wire.ReadUInt64(field);
                    break;
                case ModelHeader.ConfigHashFieldNumber:
                    wire.ReadFixed64(field);
                    break;
                default:
                    CheckTimestamp(wire.ReadMessage(field, field));
                    break;
            }
        }
    }

    private static void CheckSource(WireReader wire)
    {
        while (wire.Next())
        {
            switch (wire.Field)
            {
                case FeatureSource.NameFieldNumber:
                    wire.Once("name");
                    wire.ReadText("name");
                    break;
                case FeatureSource.CountFieldNumber:
                    wire.Once("count");
                    wire.ReadUInt32("count");
                    break;
                default:
                    wire.FailUnknown();
                    break;
            }
        }
    }

    private static void CheckTimestamp(WireReader wire)
    {
        while (wire.Next())
        {
            switch (wire.Field)
            {
                case Timestamp.SecondsFieldNumber:
                    wire.Once("seconds");
                    wire.ReadUInt64("seconds"); // two's complement; its range is one of the header's rules
                    break;
                case Timestamp.NanosFieldNumber:
                    wire.Once("nanos");
                    wire.ReadUInt32("nanos");
                    break;
                default:
                    wire.FailUnknown();
                    break;
            }
        }
    }

    private static string? FieldName(int number) => ModelHeader.Descriptor.FindFieldByNumber(number)?.Name;
}
