using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Delivery.Training.Windows;

namespace Delivery.Training.Trainers;

/// <summary>A window's entries as a message, one list a field, and back.</summary>
internal static class WindowCodec
{
    public static TrainWindow Write(ReadOnlySpan<WindowEntry> entries)
    {
        var window = new TrainWindow();
        foreach (var entry in entries)
        {
            window.EventMs.Add(entry.EventMs);
            window.Shown.Add((uint)entry.Shown);
            window.Predicted.Add((uint)entry.Predicted);
            window.BestPredicted.Add((uint)entry.BestPredicted);
            window.Production.Add((uint)(entry.Production + 1));
            window.Propensity.Add(entry.Propensity);
            window.Reward.Add(entry.Reward);
            window.ShownProbability.Add(entry.ShownProbability);
        }
        return window;
    }

    /// <exception cref="InvalidDataException">The lists differ in length, or an entry is none that a trainer writes.</exception>
    public static IEnumerable<WindowEntry> Read(TrainWindow window, TrainModel settings)
    {
        var count = window.EventMs.Count;
        if (new[] { window.Shown.Count, window.Predicted.Count, window.BestPredicted.Count, window.Production.Count, window.Propensity.Count, window.Reward.Count, window.ShownProbability.Count }.Any(c => c != count))
            throw LinearSoftmaxTrainer.Damaged(settings, "the lists of its window differ in length");
        for (var i = 0; i < count; i++)
        {
            if (!ItemFilter.CanHaveBeenKept(window.EventMs[i], window.Propensity[i], window.Reward[i]) || !(window.ShownProbability[i] is >= 0 and <= 1))
                throw LinearSoftmaxTrainer.Damaged(settings, $"entry {i} of its window has no usable propensity, reward, probability or time");
            yield return new(window.EventMs[i], Class(window.Shown[i]), Class(window.Predicted[i]), Class(window.BestPredicted[i]),
                window.Production[i] == 0 ? -1 : Class(window.Production[i] - 1), window.Propensity[i], window.Reward[i], window.ShownProbability[i]);
        }

        int Class(uint value) => value < settings.ClassNumber ? (int)value : throw LinearSoftmaxTrainer.Damaged(settings, $"its window has class {value} of {settings.ClassNumber}");
    }
}
