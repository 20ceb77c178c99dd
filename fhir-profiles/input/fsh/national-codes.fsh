// National code systems: what Relais needs of each. `complete`: all its codes are here; `fragment`: others exist, and are let in.

RuleSet: National(url)
* ^url = "{url}"
* ^status = #active
* ^experimental = false
* ^caseSensitive = true

RuleSet: NationalComplete(url)
* insert National({url})
* ^content = #complete

RuleSet: NationalFragment(url)
* insert National({url})
* ^content = #fragment

CodeSystem: FrIdentityStatus
Id: fr-core-cs-identity-status
Title: "Statut d'identité (RNIV v2)"
Description: "Les quatre statuts exclusifs du RNIV."
* insert NationalComplete(https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-status)
* #PROV "Identité provisoire"
* #VALI "Identité validée"
* #RECUP "Identité récupérée"
* #QUAL "Identité qualifiée"

CodeSystem: FrIdentityComment
Id: fr-core-cs-identity-status-comment
Title: "Annotations du statut d'identité"
Description: "Table 0445 sans les statuts du RNIV."
* insert NationalComplete(https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identity-status-comment)
* insert Table0445

CodeSystem: FrTable0445
Id: fr-core-cs-v2-0445
Title: "Statut d'identité (table 0445, FR Core 2.1)"
Description: "Vocabulaire de FR Core avant le RNIV v2 : VALI y veut dire identité qualifiée."
* insert NationalComplete(https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445)
* insert Table0445
* #PROV "Provisoire"
* #VALI "Validée"
* #RECUP "Récupérée"
* #QUAL "Qualifiée"

RuleSet: Table0445
* #VIDE "Vide"
* #DOUB "Doublon"
* #DESA "Désactivée"
* #DPOT "Doublon potentiel"
* #DOUA "Doublon avéré"
* #COLP "Collision potentielle"
* #COLV "Collision validée"
* #FILI "Filiation"
* #CACH "Cachée"
* #ANOM "Anonyme"
* #IDVER "Identité vérifiée par le patient"
* #RECD "Reçue d'un autre domaine"
* #IDRA "Identité rapprochée"
* #USUR "Usurpation"
* #HOMD "Homonyme déclaré"
* #HOMA "Homonyme avéré"
* #INVA "Invalide"
* #FICT "Fictive"
* #DOUT "Douteuse"

CodeSystem: FrMethodCollection
Id: fr-core-cs-method-collection
Title: "Mode d'obtention de l'identité"
Description: "Par quoi les traits ont été obtenus (ZFD-5)."
* insert NationalComplete(https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-method-collection)
* #SM "Saisie manuelle"
* #CV "Carte Vitale"
* #INSI "Téléservice INSi"
* #CB "Code à barres (datamatrix INS)"
* #RFID "Puce RFID"
* #AV "Application carte Vitale"

CodeSystem: FrModeValidationIdentity
Id: fr-core-cs-mode-validation-identity
Title: "Justificatif de l'identité"
Description: "Pièce ou dispositif au vu duquel l'identité a été validée."
* insert NationalComplete(https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-mode-validation-identity)
* #CN "Carte nationale d'identité"
* #PA "Passeport"
* #CS "Carte de séjour"
* #eCN "Carte nationale d'identité électronique"
* #IN "Identité numérique"
* #AV "Application carte Vitale"
* #LECV "Lecture électronique de la carte Vitale"
* #AN "Acte de naissance"
* #LEP "Livret de famille"
* #CC "Carnet de circulation"
* #ANCV "Apport de carte Vitale"

CodeSystem: TypeEvenement
Id: tre-r254
Title: "Type d'évènement (TRE_R254)"
Description: "Évènements qui se notifient."
* insert NationalFragment(https://mos.esante.gouv.fr/NOS/TRE_R254-TypeEvenement/FHIR/TRE-R254-TypeEvenement)
* #ADM "Admission d'un patient dans un établissement de santé"
* #SOR "Sortie d'un patient de l'établissement de santé"
* #DOC "Dépôt de document pour un patient"
* #NOT "Création d'une note pour un patient dans le cahier de liaison"

CodeSystem: StatutVisibilite
Id: tre-a07
Title: "Statut de visibilité d'un document (TRE_A07)"
Description: "À qui un document est caché."
* insert NationalFragment(https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument)
* #MASQUE_PS "Masqué aux professionnels"
* #INVISIBLE_PATIENT "Invisible au patient"
* #INVISIBLE_REPRESENTANTS_LEGAUX "Invisible aux représentants légaux"

CodeSystem: ParticipationFunction
Id: tre-r259
Title: "Fonction dans la prise en charge (TRE_R259)"
Description: "Rôles du cercle de soins hors TRE_R260."
* insert NationalFragment(https://mos.esante.gouv.fr/NOS/TRE_R259-HL7ParticipationFunction/FHIR/TRE-R259-HL7ParticipationFunction)
* #PCP "Médecin traitant"

CodeSystem: CanalCommunication
Id: tre-r200
Title: "Canal de communication (TRE_R200)"
Description: "Par où une notification part."
* insert NationalFragment(https://mos.esante.gouv.fr/NOS/TRE_R200-CanalCommunication/FHIR/TRE-R200-CanalCommunication)
* #3 "Courrier électronique"

CodeSystem: CirconstancesSortie
Id: fr-core-cs-circonstances-sortie
Title: "Circonstances de sortie (PV1-36)"
Description: "Circonstances d'une sortie d'établissement."
* insert NationalComplete(https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-circonstances-sortie)
* #2 "Mesure disciplinaire"
* #3 "Décision médicale"
* #4 "Contre avis médical"
* #5 "En attente d'examen"
* #6 "Convenance personnelle"
* #R "Essai (psychiatrie)"
* #E "Évasion"
* #F "Fugue"
* #A "Absence de moins de douze heures"
* #P "Permission de moins de soixante-douze heures"
* #S "Sortie avec programme de soins"
* #B "Départ vers le MCO"
* #REO "Réorientation"
* #PSA "Parti sans attendre les soins"

RuleSet: NationalSet(url)
* ^url = "{url}"
* ^status = #active
* ^experimental = false

ValueSet: StatutsIdentite
Id: fr-core-vs-identity-status
Title: "Statuts d'identité, les deux vocabulaires"
Description: "RNIV v2, et la table 0445 que FR Core 2.1 employait."
* insert NationalSet(https://hl7.fr/ig/fhir/core/ValueSet/fr-core-vs-identity-reliability)
* include codes from system FrIdentityStatus
* include codes from system FrTable0445

ValueSet: MethodesRecueil
Id: fr-core-vs-method-collection
Title: "Modes d'obtention"
Description: "Tous les modes."
* insert NationalSet(https://hl7.fr/ig/fhir/core/ValueSet/fr-core-vs-method-collection)
* include codes from system FrMethodCollection

ValueSet: JustificatifsIdentite
Id: fr-core-vs-mode-validation-identity
Title: "Justificatifs"
Description: "Tous les justificatifs."
* insert NationalSet(https://hl7.fr/ig/fhir/core/ValueSet/fr-core-vs-mode-validation-identity)
* include codes from system FrModeValidationIdentity

ValueSet: EvenementsNotifies
Id: jdv-j46
Title: "Évènements qui se notifient (JDV_J46)"
Description: "Ceux de TRE_R254 que Relais emploie ; d'autres existent."
* insert NationalSet(https://mos.esante.gouv.fr/NOS/JDV_J46-TypeEvenementNotification-CISIS/FHIR/JDV-J46-TypeEvenementNotification-CISIS)
* include codes from system TypeEvenement

ValueSet: CanauxNotification
Id: jdv-canaux
Title: "Canaux de notification"
Description: "Ceux de TRE_R200 que Relais connaît ; d'autres existent."
* insert AllNational
* include codes from system CanalCommunication

RuleSet: AllNational
* ^status = #active
* ^experimental = false
