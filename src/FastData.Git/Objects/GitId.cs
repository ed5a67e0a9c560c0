namespace Delivery.FastData.Git.Objects;

/// <summary>The id of a tree or a blob, 40 lower-case hexadecimal digits; a commit has a <see cref="CommitId"/>.</summary>
internal readonly record struct GitId(string Hex)
{
    public override string ToString() => Hex;
}
