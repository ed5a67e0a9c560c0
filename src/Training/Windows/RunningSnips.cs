using Delivery.Evaluation;

namespace Delivery.Training.Windows;

/// <summary>The value of <see cref="OffPolicy.Snips"/> over items that come and go, bit for bit, at a fixed cost an item.</summary>
internal sealed class RunningSnips
{
    private readonly ExactSum _weights = new();
    private readonly ExactSum _gains = new();

    /// <summary>Σ(w·r) / Σw; NaN where no weight is above 0.</summary>
    public double Value => _weights.Value is var weights and > 0 ? _gains.Value / weights : double.NaN;

    public void Add(LoggedOutcome item)
    {
        _weights.Add(item.Weight);
        _gains.Add(item.Weight * item.Reward);
    }

    public void Remove(LoggedOutcome item)
    {
        _weights.Subtract(item.Weight);
        _gains.Subtract(item.Weight * item.Reward);
    }
}
