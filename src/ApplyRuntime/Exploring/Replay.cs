using Delivery.ApplyRuntime.Deciding;
using Delivery.Models.Formats;
using Delivery.Models.Wire;

namespace Delivery.ApplyRuntime.Exploring;

/// <summary>A randomised decision, made again.</summary>
/// <param name="Explores">Whether the draw lies below the probability that was logged: it does in every true record.</param>
/// <param name="Shown">The class that the bundle gives.</param>
/// <param name="Propensity">Its probability.</param>
public readonly record struct Replay(bool Explores, int Shown, double Propensity)
{
    /// <summary>
    /// Makes a decision again from its record alone: hash, classes, pivot and bundle. The pivot itself follows from the features, which
    /// stand in the record too, and the model file whose SHA-256 it names; and the hash from user, query and salt period, which only the host knows.
    /// </summary>
    /// <param name="record">As it was read from the log.</param>
    /// <returns>Null when somebody else randomised, or when the record does not say how: their chance cannot be drawn again.</returns>
    public static Replay? Of(RequestData record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.ExternalRandom || record.ClassCount is 0 or > ModelLimits.MaxClasses || record.LocalRadius is 0 or > int.MaxValue
            || !(record.UniformShare is >= 0 and <= 1) || !Bundle.Names.Contains(record.Bundle) || record.Draw > uint.MaxValue)
        {
            return null;
        }
        var draw = new Draw((uint)record.Draw);
        var distribution = new double[record.ClassCount];
        Bundle.Create(record.Bundle, (int)record.LocalRadius, record.UniformShare).Fill(record.HasPivot ? (int)record.Pivot : Decision.NoClass, distribution);
        var shown = Bundle.Sample(distribution, draw.Choose);
        return new Replay(draw.Explore < record.ExploreProbability, shown, distribution[shown]);
    }
}
