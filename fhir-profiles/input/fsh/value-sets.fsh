// The value sets that the profiles bind to.

RuleSet: AllOf(id)
* ^status = #active
* ^experimental = false
* include codes from system https://relais.example/fhir/CodeSystem/{id}

ValueSet: Etats
Id: etats
Title: "États"
Description: "Tous les états."
* insert AllOf(etat)

ValueSet: Taches
Id: taches
Title: "Natures de tâche"
Description: "Toutes les natures de tâche."
* insert AllOf(tache)

ValueSet: CategoriesObjectif
Id: categories-objectif
Title: "Catégories d'objectif"
Description: "Toutes les catégories d'objectif."
* insert AllOf(categorie-objectif)

ValueSet: NiveauxReponse
Id: niveaux-reponse
Title: "Niveaux de réponse"
Description: "Tous les niveaux de réponse."
* insert AllOf(niveau-reponse)

ValueSet: RolesCercle
Id: roles-cercle
Title: "Rôles du cercle"
Description: "Tous les rôles."
* insert AllOf(role-cercle)

ValueSet: AlimentationsDmp
Id: alimentations-dmp
Title: "Alimentations du DMP"
Description: "Toutes les réponses."
* insert AllOf(alimentation-dmp)
