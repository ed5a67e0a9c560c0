using Delivery.FastData;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>Which configuration is in use, and what is wrong with a newer one. A snapshot.</summary>
public sealed record ConfigurationStatus
{
    /// <summary>The file that is followed; null when the configuration came from code.</summary>
    public string? File { get; init; }

    /// <summary>SHA-256 of the file's content in use; null when there is none, or it came from code.</summary>
    public ContentHash? Content { get; init; }

    /// <summary>When it was taken into use; null while it is the empty one.</summary>
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>Models that are applied.</summary>
    public int Models { get; init; }

    /// <summary>Configurations taken into use so far.</summary>
    public long Changes { get; init; }

    /// <summary>Files that could not be used, each content counted once.</summary>
    public long Refused { get; init; }

    /// <summary>Why the newest file is not in use, one mistake a line; empty when it is.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What is valid in the configuration in use, but seldom meant.</summary>
    public IReadOnlyList<LintFinding> Findings { get; init; } = [];
}

/// <summary>Holds the configuration in use. Requests read it without a lock; changes come one after the other.</summary>
/// <param name="file">The file that is followed; null for none.</param>
/// <param name="production">Whether to refuse what a production process refuses.</param>
/// <param name="time">Clock of the status.</param>
internal sealed class ConfigurationSlot(string? file, bool production, TimeProvider time)
{
    private readonly Lock _changing = new();
    private ApplyConfiguration _current = ApplyConfiguration.Empty;
    private ConfigurationStatus _status = new() { File = file };

    public ApplyConfiguration Current => Volatile.Read(ref _current);

    public ConfigurationStatus Status => Volatile.Read(ref _status);

    public bool Production => production;

    /// <summary>Takes a configuration into use.</summary>
    /// <exception cref="InvalidApplyModelsException">It is not for production; nothing has changed.</exception>
    public void Set(ApplyConfiguration configuration, ContentHash? content = null)
    {
        var problems = configuration.Models.SelectMany(model => model.Problems(production)).ToList();
        if (problems.Count > 0) throw new InvalidApplyModelsException(problems, file);
        var findings = ApplyLinter.Check(configuration);
        lock (_changing)
        {
            Volatile.Write(ref _current, configuration);
            Volatile.Write(ref _status, _status with
            {
                Content = content,
                AppliedAt = time.GetUtcNow(),
                Models = configuration.Models.Count,
                Changes = _status.Changes + 1,
                Problems = [],
                Findings = findings,
            });
        }
    }

    /// <summary>A newer file cannot be used.</summary>
    public void Refuse(IReadOnlyList<string> problems)
    {
        lock (_changing) Volatile.Write(ref _status, _status with { Problems = problems, Refused = _status.Refused + 1 });
    }

    /// <summary>The file again has the content that is in use.</summary>
    public void Accept()
    {
        lock (_changing) Volatile.Write(ref _status, _status with { Problems = [] });
    }
}
