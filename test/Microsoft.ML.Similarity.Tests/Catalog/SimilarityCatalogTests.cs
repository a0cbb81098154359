namespace Microsoft.ML.Similarity.Tests.Catalog;

public sealed class SimilarityCatalogTests
{
    [Test]
    public void The_property_and_the_method_give_the_same_catalog_of_a_context()
    {
        var ml = new MLContext();
        Assert.That(ml.GetSimilarity(), Is.SameAs(ml.Similarity));
        Assert.That(new MLContext().Similarity, Is.Not.SameAs(ml.Similarity));
    }
}
