using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Reload;
using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>The sources beside the folder, as far as this runtime has them. For requests: no lock, no allocation and no wait for what is there.</summary>
/// <param name="pulled">Of <c>rtmr</c>; null: this runtime has no training store.</param>
/// <param name="documents">Of <c>doc_attr</c>; null: this runtime takes no models from documents.</param>
internal sealed class OtherSources(PulledModels? pulled, DocumentModels? documents)
{
    /// <summary>The model of an application that takes it from elsewhere than the folder, and why there is none.</summary>
    public FallbackReason Find(ApplyEntry entry, in DecisionRequest request, out LoadedModel? model)
    {
        model = null;
        if (entry.Settings.ModelSource == ModelSource.Rtmr)
        {
            if (pulled is null) return FallbackReason.NoSource;
            model = pulled.Find(entry.Name);
        }
        else
        {
            if (documents is null) return FallbackReason.NoSource;
            if (request.DocumentModel.IsNone) return FallbackReason.NoModel;
            // A document may bring the model of another application of the same intent.
            if (documents.Find(request.DocumentModel)?.Model is { } brought && brought.Status.Name.Value == entry.Name) model = brought;
        }
        return model is null ? FallbackReason.NoModel : FallbackReason.None;
    }

    /// <summary>How old the model is, or why there is none, in words; null when there is nothing to say.</summary>
    /// <param name="entry">The application.</param>
    /// <param name="request">The question.</param>
    /// <param name="used">The model that was found for it: another thread may have brought one since.</param>
    /// <param name="now">Ages are counted to it.</param>
    public string? Tell(ApplyEntry entry, in DecisionRequest request, ModelStatus? used, DateTimeOffset now) => entry.Settings.ModelSource switch
    {
        ModelSource.Rtmr when pulled is not null => TellPulled(entry.Name, pulled, used, now),
        ModelSource.DocAttr when documents is not null => used is null ? TellNotBrought(entry.Name, documents, request.DocumentModel) : TellBrought(used),
        _ => null,
    };

    private static string TellPulled(string name, PulledModels pulled, ModelStatus? used, DateTimeOffset now)
    {
        if (!pulled.Table.TryGetValue(name, out var model)) return "No request had asked the training store for it before: it is being pulled, unless too many others are.";
        var status = model.Status;
        var problem = status.Problem is { } message ? $" {message}" : "";
        if (used is null || status.PulledAt is not { } pulledAt) return $"It was not pulled from the training store yet.{problem}";
        var saved = status.SavedAt is { } savedAt ? $"saved there {Ago(now - savedAt)}, " : "";
        return $"From the training store: {saved}pulled {Ago(now - pulledAt)}.{problem}";
    }

    private static string TellBrought(ModelStatus used) => $"From the document{(used.TrainedUntil is { } until ? $": trained until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "")}.";

    private static string TellNotBrought(string name, DocumentModels documents, in DocumentModel brought)
    {
        if (brought.IsNone) return "The document brings no model.";
        var known = documents.Find(brought);
        if (known is { Problem: { } problem }) return $"The document brings no model that can be used. {problem}";
        return known is { Model.Status.Name: var other } && other.Value != name
            ? $"The document brings a model of '{other}'."
            : $"The document's model {brought.Content.Short} was not examined yet, or its bytes do not have the SHA-256 that the document says. {documents.Status.LastProblem}".TrimEnd();
    }

    /// <summary>What came after the clock was read came now.</summary>
    private static string Ago(TimeSpan age) => age < TimeSpan.FromMinutes(2) ? $"{long.Max(0, (long)age.TotalSeconds)} s ago" : age < TimeSpan.FromHours(2) ? $"{(long)age.TotalMinutes} min ago" : $"{(long)age.TotalHours} h ago";
}
