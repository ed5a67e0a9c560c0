using Delivery.Models;

namespace Delivery.Cli.Demo;

/// <summary>One randomised test of several headlines for one story, as totals.</summary>
/// <param name="Id">24 hexadecimal digits.</param>
/// <param name="Created">When the test was made, UTC.</param>
/// <param name="Arms">Two or more arms, by number from 0.</param>
public sealed record UpworthyTest(string Id, DateTimeOffset Created, IReadOnlyList<UpworthyArm> Arms)
{
    /// <summary>The model that learns which arm to show: <c>upworthy_</c> and the id.</summary>
    public ModelName Model => ModelName.Parse($"upworthy_{Id}");

    /// <summary>Viewers of all arms together.</summary>
    public int Impressions => Arms.Sum(arm => arm.Impressions);

    /// <summary>Viewers of the arm that fewest saw: how far a replay can go whatever it chooses.</summary>
    public int SmallestArm => Arms.Min(arm => arm.Impressions);

    /// <summary>Viewers were assigned uniformly, so this is the probability with which each arm was shown.</summary>
    public double Propensity => 1.0 / Arms.Count;
}

/// <summary>What happened on one arm of a test.</summary>
/// <param name="Impressions">Viewers assigned to the arm.</param>
/// <param name="Clicks">Viewers of them who clicked.</param>
public readonly record struct UpworthyArm(int Impressions, int Clicks);

/// <summary>One viewer of a test.</summary>
/// <param name="Arm">The arm shown, from 0.</param>
/// <param name="Clicked">Whether the viewer clicked.</param>
public readonly record struct Impression(int Arm, bool Clicked);
