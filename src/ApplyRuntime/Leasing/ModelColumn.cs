using System.Collections;
using Delivery.ApplyRuntime.Reload;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>One thing of each model of a generation, which never changes, without a copy of the list.</summary>
internal sealed class ModelColumn<T>(LoadedModel[] models, Func<LoadedModel, T> of) : IReadOnlyList<T>
{
    public int Count => models.Length;

    public T this[int index] => of(models[index]);

    public IEnumerator<T> GetEnumerator() => models.Select(of).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
