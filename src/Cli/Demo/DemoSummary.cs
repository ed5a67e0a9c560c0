using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Delivery.Evaluation;

namespace Delivery.Cli.Demo;

/// <summary>All that a run of the demo did and found, as <c>--json</c> prints it.</summary>
public sealed record DemoSummary
{
    /// <summary>The work folder, as it was named.</summary>
    public required string Work { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Names in the model list.</summary>
    public required int Listed { get; init; }

    /// <summary>Impressions learned from, held-out ones included.</summary>
    public required long Items { get; init; }

    public required IReadOnlyList<DemoCycle> Cycles { get; init; }

    /// <summary>Clicks per 1,000 impressions of the headline tests.</summary>
    public required DemoValue Headlines { get; init; }

    /// <summary>The same of the recommendation models, for each policy that logged.</summary>
    public required DemoValue RandomPolicy { get; init; }

    /// <inheritdoc cref="RandomPolicy"/>
    public required DemoValue ThompsonPolicy { get; init; }

    public required DemoReader Reader { get; init; }

    /// <summary>The history, newest first.</summary>
    public required IReadOnlyList<DemoCommit> History { get; init; }

    /// <summary>Checks that failed; the demo is a success when there are none.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    public bool Ok => Problems.Count == 0;

    /// <summary>Indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.DemoSummary);

    // For people and for jq, never for a web page as it is: quotes and brackets stay what they are.
    private static readonly DemoJson Json = new(new JsonSerializerOptions(DemoJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>One update cycle.</summary>
public sealed record DemoCycle
{
    /// <summary>From 1.</summary>
    public required int Number { get; init; }

    public required long Epoch { get; init; }
    public required string Commit { get; init; }
    public required int Delivered { get; init; }
    public required int Kept { get; init; }
    public required int Skipped { get; init; }
    public required int Rejected { get; init; }
    public required double LearnSeconds { get; init; }
    public required double UpdateSeconds { get; init; }

    /// <summary>From the writing of CURRENT to the moment when the reader process had the generation in use.</summary>
    public required double ReaderMilliseconds { get; init; }

    /// <summary>Models that were not delivered, and why.</summary>
    public required IReadOnlyList<DemoIncident> Incidents { get; init; }

    /// <summary>Of the headline tests, all chunks valued up to and with the one after this cycle.</summary>
    public required DemoValue ValueSoFar { get; init; }
}

/// <summary>A model that was kept, skipped or rejected.</summary>
public sealed record DemoIncident(string Outcome, string Model, string Reason);

/// <summary>Clicks per 1,000 impressions with a 95 % interval. A number that does not exist is null.</summary>
public sealed record DemoEstimate(double? Value, double? Low, double? High)
{
    /// <summary>With the normal interval, for many clicks.</summary>
    public static DemoEstimate Normal(Estimate estimate) => PerThousand(estimate.Value, (estimate.Low, estimate.High));

    /// <summary>With Wilson's interval at the effective sample size, for few clicks.</summary>
    public static DemoEstimate Wilson(Estimate estimate) => PerThousand(estimate.Value, Proportion.Wilson(estimate.Value, estimate.EffectiveSampleSize));

    private static DemoEstimate PerThousand(double value, (double Low, double High) interval) => new(Finite(1000 * value), Finite(1000 * interval.Low), Finite(1000 * interval.High));

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>The learned choice against the policy that logged the same items.</summary>
/// <param name="Learned">Off-policy estimate of what was delivered.</param>
/// <param name="Logged">Of the logging policy.</param>
/// <param name="Difference">The first minus the second, paired; null where there are too few clicks to say.</param>
/// <param name="Items">Items valued.</param>
/// <param name="EffectiveItems">Effective sample size of <paramref name="Learned"/>.</param>
/// <param name="Clicks">Clicks that <paramref name="Learned"/> rests on.</param>
public sealed record DemoValue(DemoEstimate Learned, DemoEstimate Logged, DemoEstimate? Difference, int Items, double EffectiveItems, int Clicks)
{
    /// <summary>Fewer clicks, and a normal interval is too narrow: one more click would move the estimate out of it.</summary>
    private const int FewClicks = 100;

    public static DemoValue Of(PolicyComparison comparison)
    {
        var (learned, logged) = (comparison.Learned, comparison.Logged);
        var few = comparison.Clicks < FewClicks;
        return new(
            few ? DemoEstimate.Wilson(learned) : DemoEstimate.Normal(learned),
            few ? DemoEstimate.Wilson(logged) : DemoEstimate.Normal(logged),
            few ? null : DemoEstimate.Normal(comparison.Difference),
            learned.Count, learned.EffectiveSampleSize, comparison.Clicks);
    }
}

/// <summary>What the other process says of itself.</summary>
/// <param name="Decisions">Decisions it made.</param>
/// <param name="Failed">Decisions that no model made though one was delivered.</param>
/// <param name="Epoch">The last generation it had.</param>
/// <param name="Epochs">The generations it said it loaded.</param>
public sealed record DemoReader(long Decisions, long Failed, long Epoch, IReadOnlyList<long> Epochs);

/// <summary>One line of the history.</summary>
public sealed record DemoCommit(string Commit, string Subject);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(DemoSummary))]
internal sealed partial class DemoJson : JsonSerializerContext;
