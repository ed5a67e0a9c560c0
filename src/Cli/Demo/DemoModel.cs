using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.Training.Settings;

namespace Delivery.Cli.Demo;

/// <summary>Models whose values are told together.</summary>
public enum DemoGroup
{
    /// <summary>Headline tests, shown uniformly.</summary>
    Headlines,

    /// <summary>Recommendations that the uniform random policy logged.</summary>
    RandomPolicy,

    /// <summary>Recommendations that Thompson sampling logged.</summary>
    ThompsonPolicy,
}

/// <summary>A model of the demo and the log that it learns from.</summary>
/// <param name="Settings">How it is trained.</param>
/// <param name="Group">With which others it is told.</param>
/// <param name="Count">Items of its log.</param>
/// <param name="Log">The log from its start, in the order of its events.</param>
public sealed record DemoModel(TrainModel Settings, DemoGroup Group, int Count, Func<IEnumerable<PoolItem>> Log)
{
    public ModelName Name => Settings.Name;
}
